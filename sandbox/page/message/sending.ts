import { closeMenu, menuOf } from "./choosing.ts";
import type { Frame } from "./frame.ts";

/** Sends it once; it shows as pending until it is answered, and as failed if it is not. */
export function send(frame: Frame, key: string, work: () => Promise<void>, draw: () => void): void {
  if (frame.pending.has(key)) return;
  frame.pending.add(key);
  frame.failed = false;
  draw();
  work()
    .catch(() => {
      frame.failed = true;
    })
    .finally(() => {
      frame.pending.delete(key);
      draw();
    });
}

/** Closes the open menu; what was chosen goes out. */
export function done(frame: Frame, draw: () => void): void {
  const open = frame.menu;
  const menu = menuOf(frame, open?.customId);
  frame.menu = null;
  const values = open && menu ? closeMenu(frame, menu, open) : null;
  if (values === null || !menu) draw();
  else
    send(
      frame,
      `menu ${menu.custom_id}`,
      () => frame.context.act.choose(frame.message.id, menu.custom_id, values),
      draw,
    );
}
