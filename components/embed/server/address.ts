// The address of the server that a component talks to.

/** The base address, with or without the `/api` that the addresses of other products end with. */
export function base(given: string | null) {
  const own = import.meta.url.replace(/\/embed\/.*$/, "");
  return (given?.trim() || own).replace(/\/+$/, "").replace(/\/api$/, "");
}
