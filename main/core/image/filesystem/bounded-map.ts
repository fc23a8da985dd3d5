/** A map that forgets its oldest entry when it is full. */
export function createBoundedMap<K, V>(
  maxEntries: number,
): { get(key: K): V | undefined; set(key: K, value: V): void } {
  const entries = new Map<K, V>();
  return {
    get: (key) => entries.get(key),
    set: (key, value) => {
      if (entries.size >= maxEntries) {
        for (const oldest of entries.keys()) {
          entries.delete(oldest);
          break;
        }
      }
      entries.set(key, value);
    },
  };
}
