// The side list on a narrow screen: a drawer over the page, closed by Escape, by a click beside it
// or by a choice; on a wide one it simply stands there.

const narrow = matchMedia("(max-width: 52rem)");

export class Drawer {
  #ui;

  /** ui: {side, shade, button, close, rest}: rest are the elements that the open drawer covers. */
  constructor(ui) {
    this.#ui = ui;
    ui.button.addEventListener("click", () => this.open());
    ui.close.addEventListener("click", () => this.close());
    ui.shade.addEventListener("click", () => this.close());
    ui.side.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.isOpen) this.close();
    });
    narrow.addEventListener("change", () => this.#show(false));
    this.#show(false);
  }

  get isOpen() {
    return this.#ui.side.dataset.open === "true";
  }

  get isNarrow() {
    return narrow.matches;
  }

  open() {
    if (!narrow.matches) return;
    this.#show(true);
    this.#ui.close.focus();
  }

  close({ focus = true } = {}) {
    if (!this.isOpen) return;
    this.#show(false);
    if (focus) this.#ui.button.focus();
  }

  #show(open) {
    const { side, shade, button, rest } = this.#ui;
    side.dataset.open = String(open);
    side.inert = narrow.matches && !open;
    shade.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    for (const element of rest) element.inert = open;
  }
}
