// What a listener throws is reported as uncaught and does no harm to the protocol.

export function guarded(act) {
  try {
    act();
  } catch (error) {
    if (typeof globalThis.reportError === "function") globalThis.reportError(error);
    else queueMicrotask(() => { throw error; });
  }
}

export class Emitter {
  #listeners;

  constructor(names) {
    this.#listeners = new Map(names.map((name) => [name, new Set()]));
  }

  on(name, listener) {
    const all = this.#listeners.get(name);
    if (!all) throw new TypeError(`there is no event "${name}"`);
    all.add(listener);
    return () => all.delete(listener);
  }

  emit(name, value) {
    for (const listener of [...this.#listeners.get(name)]) guarded(() => listener(value));
  }
}
