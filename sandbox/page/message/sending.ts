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
  if (values === null || !menu) {
    draw();
    return;
  }
  const { custom_id: customId } = menu;
  const choose = async () => {
    try {
      await frame.context.act.choose(frame.message.id, customId, values);
    } catch (error) {
      // What did not arrive is not shown as chosen, so that it can be chosen again.
      frame.picked.delete(customId);
      throw error;
    }
  };
  send(frame, `menu ${customId}`, choose, draw);
}
