import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { describeInBrowser } from "../support/browser.ts";
import { seriousTroubles } from "./accessibility.ts";
import { openMessageStage } from "./message-stage.ts";
import { button, everyKind, menu, message, poll, row } from "./messages.ts";

const options = ["OpenAI", "Xiaomi", "Z.ai", "Xai"].map((label) => ({ label, value: label.toLowerCase() }));

describeInBrowser("a message on the page", () => {
  let stage: Awaited<ReturnType<typeof openMessageStage>>;
  let { page, complaints, show, acts, refresh } = {} as typeof stage;

  beforeAll(async () => {
    stage = await openMessageStage();
    ({ page, complaints, show, acts, refresh } = stage);
  });
  afterEach(async () => {
    await stage.clear();
    expect(complaints).toEqual([]);
  });
  afterAll(() => stage.close());

  it("of every kind is accessible, dark and light, and fits a telephone", async () => {
    await show(...everyKind);
    await page.getByRole("combobox", { name: "Choose: lab" }).click();
    // The stage has no headings of a page's own, because it is none.
    const troubles = async () => (await seriousTroubles(page)).filter((one) => !one.startsWith("page-has-heading"));
    expect(await troubles()).toEqual([]);
    await page.emulateMedia({ colorScheme: "light" });
    const contrast = `axe.run({ runOnly: ["color-contrast"] }).then((found) => found.violations.flatMap(({ nodes }) => nodes))`;
    expect(await page.evaluate(contrast)).toEqual([]);
    await page.setViewportSize({ width: 360, height: 800 });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360);
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.emulateMedia({ colorScheme: "dark" });
  });

  it("is text and nothing else, whatever is written in it", async () => {
    const evil = `<img src=x onerror="document.title='done'"><script>document.title='done'</script>`;
    await show(
      message({
        content: `${evil} [x](javascript:document.title='done') ||${evil}||`,
        embeds: [{ title: evil, url: "javascript:document.title='done'", fields: [{ name: evil, value: evil }] }],
        components: [row(button(evil)), row(menu("evil", [{ label: evil, value: evil, description: evil }]))],
        poll: poll({ question: { text: evil } }),
      }),
    );
    await page.getByRole("combobox").click();
    expect(await page.locator("article").innerHTML()).toContain("&lt;script&gt;");
    expect(await page.locator("article :is(img, script, a)").count()).toBe(0);
    expect(await page.title()).toBe("Messages");
  });

  it("of 20,000 characters that mean nothing good is there at once", async () => {
    const bad = ["`", "**a ", "||", "[a](", "> "].map((part) => part.repeat(20_000 / part.length));
    const began = performance.now();
    await show(...bad.map((content) => message({ content })));
    expect(await page.locator("article").count()).toBe(bad.length);
    expect(performance.now() - began).toBeLessThan(8_000);
  });

  it("shows that what was pressed is not answered yet, and says so when it fails", async () => {
    const shown = message({ content: "x", components: [row(button("Right"), button("waits"), button("fails"))] });
    await show(shown);
    const waits = page.getByRole("button", { name: "waits" });
    await waits.click();
    await waits.click();
    await expect.poll(() => waits.getAttribute("aria-busy")).toBe("true");
    await page.getByRole("button", { name: "fails" }).click();
    await expect.poll(() => page.getByRole("alert").textContent()).toBe("This interaction failed");
    await page.getByRole("button", { name: "Right" }).click();
    await expect.poll(() => page.getByRole("alert").count()).toBe(0);
    const pressed = (await acts()).map(([, , customId]) => customId);
    expect(pressed).toEqual(["waits", "fails", "Right"]);
  });

  it("has menus that are used by keyboard alone", async () => {
    const shown = message({
      content: "x",
      components: [row(menu("one", options)), row(menu("two", options, { max_values: 2 }))],
    });
    await show(shown);
    const one = page.getByRole("combobox", { name: "Choose: one" });
    await one.focus();
    for (const key of ["Enter", "ArrowDown", "ArrowDown", "Escape"]) await page.keyboard.press(key);
    expect(await acts()).toEqual([]);
    for (const key of ["ArrowDown", "x", "x", "Enter"]) await page.keyboard.press(key);
    await expect.poll(() => one.textContent()).toBe("Xai");
    await page.keyboard.press("Tab");
    for (const key of [" ", "End", "Enter", "Home", "Enter", "ArrowDown", "Enter", "Escape"])
      await page.keyboard.press(key);
    await expect.poll(acts).toEqual([
      ["choose", shown.id, "one", ["xai"]],
      ["choose", shown.id, "two", ["openai", "xai"]],
    ]);
  });

  it("opens one menu at a time, and sends what was chosen when another is opened", async () => {
    const several = { max_values: 3 };
    await show(message({ components: [row(menu("one", options, several)), row(menu("two", options, several))] }));
    // The lower one first: an open list lies over what is below it.
    await page.getByRole("combobox", { name: "Choose: two" }).click();
    await page.getByRole("option", { name: "Xiaomi" }).click();
    await page.getByRole("combobox", { name: "Choose: one" }).click();
    expect(await page.getByRole("listbox").count()).toBe(1);
    expect((await acts()).map(([, , ...what]) => what)).toEqual([["two", ["xiaomi"]]]);
  });

  it("keeps the focus, the open menu and what was uncovered while it is edited", async () => {
    const shown = message({ content: "||hidden|| a", components: [row(menu("one", options)), row(button("Stop"))] });
    await show(shown);
    await page.getByRole("button", { name: "Spoiler" }).press("Enter");
    await page.getByRole("combobox").click();
    await page.keyboard.press("ArrowDown");
    const edited = { ...shown, content: "||hidden|| a and more", edited_timestamp: "2026-03-12T15:29:00Z" };
    await show(edited, { ...edited, components: [row(button("New")), ...(edited.components ?? [])] as never });
    await page.keyboard.press("Enter");
    expect((await acts()).map(([, , ...what]) => what)).toEqual([["one", ["xiaomi"]]]);
    expect(await page.getByRole("button", { name: "Spoiler" }).count()).toBe(0);
    expect(await page.locator(".message-content").textContent()).toBe("hidden a and more(edited)");
    await page.getByRole("button", { name: "Stop" }).focus();
    await show(shown);
    await page.keyboard.press("Enter");
    await expect.poll(async () => (await acts()).at(-1)).toEqual(["press", shown.id, "Stop"]);
  });

  it("closes a menu that the bot takes away", async () => {
    const shown = message({ content: "x", components: [row(menu("one", options, { max_values: 2 }))] });
    await show(shown);
    await page.getByRole("combobox").click();
    await page.getByRole("option", { name: "Xai" }).click();
    await show({ ...shown, components: [] });
    expect(await page.getByRole("listbox").count()).toBe(0);
    expect(await acts()).toEqual([]);
  });

  it("is voted on, shows the result, and takes the vote back", async () => {
    const shown = message({ poll: poll() });
    await show(shown);
    expect(await page.getByRole("button", { name: "Vote" }).isDisabled()).toBe(true);
    await page.getByRole("radio", { name: "OpenAI" }).check({ force: true });
    await page.keyboard.press("ArrowUp");
    await page.getByRole("button", { name: "Vote" }).click();
    const counts = [
      { id: 1, count: 3, me_voted: true },
      { id: 2, count: 1, me_voted: false },
    ];
    await show({ ...shown, poll: poll({}, counts) as never });
    expect(await page.locator(".message-answer").first().textContent()).toBe("Xiaomi3 votes 75%");
    expect(await page.locator(".message-poll-count").textContent()).toBe("4 votes · ends in 1d");
    await page.getByRole("button", { name: "Remove vote" }).click();
    expect(await acts()).toEqual([
      ["vote", shown.id, [1]],
      ["vote", shown.id, []],
    ]);
    await show({ ...shown, poll: poll({ results: { is_finalized: true, answer_counts: counts } }) as never });
    expect(await page.locator(".message-poll-foot").textContent()).toBe("4 votes · Poll closed");
  });

  it("lets its relative times go on", async () => {
    await show(message({ content: "<t:1773329400:R>" }));
    const time = page.locator(".message-time");
    expect(await time.textContent()).toBe("in 0 seconds");
    await refresh("2026-03-12T15:33:00Z");
    expect(await time.textContent()).toBe("3 minutes ago");
  });
});
