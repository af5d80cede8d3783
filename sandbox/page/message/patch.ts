/**
 * Makes what stands on the page like what was drawn anew, changing only what differs: what has the focus keeps it, what
 * is selected stays selected, and what has not changed is not touched.
 */
export function patch(old: Element, fresh: Element): void {
  patchAttributes(old, fresh);
  let at = old.firstChild;
  for (const child of [...fresh.childNodes]) {
    const match = at && alike(at, child) ? at : ahead(at, child);
    if (!match) {
      old.insertBefore(child, at);
      continue;
    }
    while (at && at !== match) at = without(at);
    if (match instanceof Element && child instanceof Element) patch(match, child);
    else if (match.nodeValue !== child.nodeValue) match.nodeValue = child.nodeValue;
    at = match.nextSibling;
  }
  while (at) at = without(at);
}

function without(node: ChildNode): ChildNode | null {
  const next = node.nextSibling;
  node.remove();
  return next;
}

function keyOf(node: Node): string | null {
  return node instanceof HTMLElement ? (node.dataset.key ?? null) : null;
}

/** One can become the other: the same kind of thing, and if it is known by a key, the same thing. */
function alike(old: Node, fresh: Node): boolean {
  if (old.nodeName !== fresh.nodeName || keyOf(old) !== keyOf(fresh)) return false;
  return !(old instanceof Element && fresh instanceof Element) || old.classList[0] === fresh.classList[0];
}

function ahead(from: ChildNode | null, fresh: Node): ChildNode | null {
  if (keyOf(fresh) === null) return null;
  for (let at = from; at; at = at.nextSibling) if (alike(at, fresh)) return at;
  return null;
}

function patchAttributes(old: Element, fresh: Element): void {
  for (const { name } of [...old.attributes]) {
    if (name !== "style" && !fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (name !== "style" && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  // As text a style may be forbidden by the page's policy.
  if (old instanceof HTMLElement && fresh instanceof HTMLElement && old.style.cssText !== fresh.style.cssText) {
    old.style.cssText = fresh.style.cssText;
  }
  if (old instanceof HTMLInputElement && fresh instanceof HTMLInputElement) old.checked = fresh.checked;
}
