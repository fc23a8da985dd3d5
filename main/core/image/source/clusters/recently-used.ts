/** Keeps the answers last asked for; an error is not kept. */
export function recentlyUsed<T>(maxEntries: number): (key: number, make: () => Promise<T>) => Promise<T> {
  const held = new Map<number, Promise<T>>();
  return (key, make) => {
    let found = held.get(key);
    if (found === undefined) {
      found = make();
      found.catch(() => held.delete(key));
      const oldest = held.size >= maxEntries ? held.keys().next() : null;
      if (oldest?.done === false) held.delete(oldest.value);
    } else held.delete(key);
    held.set(key, found); // last in the map's order = used last
    return found;
  };
}
