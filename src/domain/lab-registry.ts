import type { Lab } from "./lab.ts";

function lab(
  slug: string,
  name: string,
  country: string | null,
  aliases: readonly string[],
  more: { parent?: string; prefixes?: readonly string[] } = {},
): Lab {
  return { slug, name, country, aliases, parent: more.parent ?? null, prefixes: more.prefixes ?? [slug] };
}

/**
 * The labs everybody knows, from the authors in the recorded catalogues; mere fine-tuners, hosts and routers are left
 * out. The order is by the number of different models each had in the catalogues of April 2025 to March 2026, and decides
 * between labs that are otherwise equally likely (see `likeliestLabs`); who came later stands at the end.
 */
export const labs: readonly Lab[] = [
  lab("openai", "OpenAI", "US", ["GPT", "ChatGPT", "Open AI"]),
  lab(
    "qwen",
    "Qwen",
    "CN",
    [
      "Alibaba",
      "Alibaba Cloud",
      "Alibaba Qwen",
      "Tongyi",
      "Tongyi Lab",
      "Tongyi Qianwen",
      "Qwen Team",
      "通义千问",
      "通义",
      "千问",
      "阿里巴巴",
      "阿里",
    ],
    { parent: "Alibaba", prefixes: ["qwen", "alibaba"] },
  ),
  lab("google", "Google", "US", ["Google DeepMind", "DeepMind", "GDM", "Gemini", "Gemma", "Google AI", "谷歌"], {
    parent: "Alphabet",
  }),
  lab("mistralai", "Mistral AI", "FR", ["Mistral", "Mixtral", "Devstral", "Magistral", "Le Chat"], {
    prefixes: ["mistralai", "mistral"],
  }),
  lab("deepseek", "DeepSeek", "CN", ["Deep Seek AI", "深度求索"], { parent: "High-Flyer" }),
  lab("anthropic", "Anthropic", "US", ["Claude", "Claude AI"]),
  lab("meta-llama", "Meta", "US", ["Meta AI", "Llama", "Facebook", "Meta Superintelligence Labs", "MSL", "FAIR"], {
    parent: "Meta Platforms",
  }),
  lab(
    "z-ai",
    "Z.ai",
    "CN",
    ["Zhipu", "Zhipu AI", "GLM", "ChatGLM", "THUDM", "BigModel", "Z.ai (Zhipu)", "智谱", "智谱AI"],
    { prefixes: ["z-ai", "thudm"] },
  ),
  lab("x-ai", "xAI", "US", ["Grok", "SpaceXAI"], { parent: "SpaceX" }),
  lab("microsoft", "Microsoft", "US", ["Microsoft AI", "MAI", "Phi", "Copilot", "微软"]),
  lab("arcee-ai", "Arcee AI", "US", ["Arcee", "Trinity"]),
  lab("allenai", "Ai2", "US", ["Allen AI", "Allen Institute for AI", "Allen Institute", "OLMo", "Molmo", "Tülu"]),
  lab("nousresearch", "Nous Research", "US", ["Nous", "Hermes"]),
  lab("cohere", "Cohere", "CA", ["Command A", "Command R", "Aya"]),
  lab("perplexity", "Perplexity", "US", ["Perplexity AI", "Sonar"]),
  lab("nvidia", "NVIDIA", "US", ["Nemotron", "英伟达"]),
  lab("moonshotai", "Moonshot AI", "CN", ["Moonshot", "Kimi", "月之暗面"]),
  lab("liquid", "Liquid AI", "US", ["Liquid", "LFM"]),
  lab("minimax", "MiniMax", "CN", ["Hailuo", "Hailuo AI", "MiniMax AI", "稀宇科技", "稀宇"]),
  lab("ai21", "AI21 Labs", "IL", ["AI21", "Jamba"]),
  lab(
    "bytedance",
    "ByteDance",
    "CN",
    ["ByteDance Seed", "Seed", "Doubao", "Seed-OSS", "TikTok", "Volcengine", "字节跳动", "字节", "豆包"],
    { prefixes: ["bytedance", "bytedance-seed", "bytedance-research"] },
  ),
  lab("amazon", "Amazon", "US", ["Nova", "Amazon Nova", "AWS", "Amazon AGI", "亚马逊"]),
  lab("baidu", "Baidu", "CN", ["ERNIE", "Wenxin", "Ernie Bot", "百度", "文心"]),
  lab("deepcogito", "Deep Cogito", "US", ["Cogito"]),
  lab("inception", "Inception", "US", ["Inception Labs", "Mercury"]),
  lab("opengvlab", "Shanghai AI Laboratory", "CN", [
    "Shanghai AI Lab",
    "OpenGVLab",
    "InternVL",
    "InternLM",
    "Intern",
    "上海人工智能实验室",
    "书生",
  ]),
  lab("xiaomi", "Xiaomi", "CN", ["MiMo", "Xiaomi MiMo", "小米"]),
  lab("rekaai", "Reka AI", "US", ["Reka", "Reka Flash"], { prefixes: ["rekaai", "reka"] }),
  lab("stepfun", "StepFun", "CN", ["Step", "Step AI", "阶跃星辰"], { prefixes: ["stepfun", "stepfun-ai"] }),
  lab("kwaipilot", "Kwaipilot", "CN", ["Kuaishou", "Kwai", "KAT", "KAT-Coder", "快手"], { parent: "Kuaishou" }),
  lab(
    "inclusionai",
    "inclusionAI",
    "CN",
    ["Ant Group", "Ant", "Ant Ling", "Ling", "Bailing", "inclusionAI (Ant Group)", "蚂蚁集团", "蚂蚁", "百灵"],
    { parent: "Ant Group" },
  ),
  lab("inflection", "Inflection AI", "US", ["Inflection", "Pi"]),
  lab("tencent", "Tencent", "CN", ["Hunyuan", "Tencent Hunyuan", "腾讯", "混元"]),
  lab("meituan", "Meituan", "CN", ["LongCat", "Meituan LongCat", "美团"]),
  lab("upstage", "Upstage", "KR", ["Solar", "업스테이지"]),
  lab("nex-agi", "Nex AGI", "CN", ["Nex"]),
  lab("sarvamai", "Sarvam AI", "IN", ["Sarvam"]),
  lab("writer", "Writer", "US", ["Palmyra", "Writer AI"]),
  lab("ibm-granite", "IBM", "US", ["Granite", "IBM Granite", "IBM Research"]),
  lab("prime-intellect", "Prime Intellect", "US", ["INTELLECT", "INTELLECT-3"]),
  lab("essentialai", "Essential AI", "US", ["Essential", "Rnj-1"]),
  lab("01-ai", "01.AI", "CN", ["Yi", "零一万物"]),
  lab("unbiased", "Unbiased", null, ["Pareto"]),
];
