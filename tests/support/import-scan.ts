/** An import of any form: statement, re-export, `import()` in code or in a type. */
export type Import = {
  /** Null when it is computed, so that nobody can tell what is imported. */
  readonly from: string | null;
  /** Erased when the code runs: `import type` and `export type`. */
  readonly typeOnly: boolean;
};

export type Scan = {
  readonly imports: readonly Import[];
  /** The text with comments blanked and the insides of strings replaced by their number. */
  readonly code: string;
  readonly comments: readonly string[];
};

/** TypeScript 7 has no parser for others to call, and imports are simple enough to find without one. */
export function scan(text: string): Scan {
  const { code, strings, comments } = withoutStrings(text);
  const imports: Import[] = [];
  for (const match of code.matchAll(/\bfrom\s*(["'])(\d+)\1/g)) {
    const statement = code
      .slice(0, match.index)
      .match(/\b(?:import|export)\b(?![\s\S]*\b(?:import|export)\b)[\s\S]*$/)?.[0];
    imports.push({ from: strings[Number(match[2])] ?? null, typeOnly: /^\w+\s+type\s*[\w{*]/.test(statement ?? "") });
  }
  for (const match of code.matchAll(/\bimport\s*(["'])(\d+)\1/g)) {
    imports.push({ from: strings[Number(match[2])] ?? null, typeOnly: false });
  }
  for (const match of code.matchAll(/(?<![\w$.])(?:import|require)\s*\(\s*(?:(["'`])(\d+)\1\s*[,)])?/g)) {
    imports.push({ from: match[2] === undefined ? null : (strings[Number(match[2])] ?? null), typeOnly: false });
  }
  return { imports, code, comments };
}

function withoutStrings(text: string): { code: string; strings: string[]; comments: string[] } {
  const strings: string[] = [];
  const comments: string[] = [];
  let code = "";
  let i = 0;
  // For each template literal we are inside of: how many braces are open in its `${`.
  const templates: number[] = [];

  const copyString = (quote: string) => {
    let content = "";
    for (i += 1; i < text.length && text[i] !== quote; i += 1) {
      if (quote === "`" && text.startsWith("${", i)) break;
      if (text[i] === "\\") i += 1;
      content += text[i] ?? "";
    }
    strings.push(content);
    code += `${quote}${strings.length - 1}${quote}`;
    if (quote === "`" && text[i] === "$") {
      templates.push(0);
      i += 1;
    }
    i += 1;
  };

  while (i < text.length) {
    const sign = text[i] ?? "";
    const comment = /^(?:\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))/.exec(
      text.slice(i, i + 2) === "//" || text.slice(i, i + 2) === "/*" ? text.slice(i) : "",
    );
    const innermost = templates.length - 1;
    if (comment) {
      comments.push(comment[0]);
      code += " ";
      i += comment[0].length;
    } else if (
      sign === "/" &&
      /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|await|yield))\s*$/.test(code.slice(-40))
    ) {
      const regex = /^\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/\w*/.exec(text.slice(i));
      code += regex ? "0" : sign;
      i += regex ? regex[0].length : 1;
    } else if (sign === '"' || sign === "'" || sign === "`") {
      copyString(sign);
    } else if (sign === "}" && templates[innermost] === 0) {
      templates.pop();
      copyString("`");
    } else {
      if (innermost >= 0 && sign === "{") templates[innermost] = (templates[innermost] ?? 0) + 1;
      if (innermost >= 0 && sign === "}") templates[innermost] = (templates[innermost] ?? 0) - 1;
      code += sign;
      i += 1;
    }
  }
  return { code, strings, comments };
}
