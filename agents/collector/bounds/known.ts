/** Not seen for so long, a name makes room for another. */
const FORGET_MS = 86_400_000;
/** Looking through all names for one to forget is done this often at most. */
const LOOK_EVERY_MS = 60_000;

/** Room that several of them have in common. */
export class Room {
  left: number;
  /** Who has some of it. */
  readonly holders = new Set<{ forget(now: number): void }>();
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(size: number) {
    this.left = size;
  }

  /** Has all of them forget. */
  reclaim(now: number): void {
    if (now - this.#lookedAt < LOOK_EVERY_MS) return;
    this.#lookedAt = now;
    for (const holder of this.holders) holder.forget(now);
  }
}

interface Entry<V> {
  value: V;
  seenAt: number;
}

/**
 * The first `max` names of a kind, and what is kept for each of them. Who comes later gets in when one was not seen for
 * a day.
 */
export class Known<K extends string | number, V extends Disposable | null = null> {
  readonly #max: number;
  readonly #room: Room;
  readonly #make: () => V;
  readonly #entries = new Map<K, Entry<V>>();
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(max: number, room: Room, make: () => V) {
    this.#max = max;
    this.#room = room;
    this.#make = make;
    room.holders.add(this);
  }

  /** What is kept for the name, from now on if need be; undefined when there is no room for it. */
  get(name: K, now: number): V | undefined {
    const known = this.#entries.get(name);
    if (known !== undefined) {
      known.seenAt = now;
      return known.value;
    }
    if (!this.#hasRoom()) this.#makeRoom(now);
    if (!this.#hasRoom()) return undefined;
    const value = this.#make();
    this.#room.left -= 1;
    this.#entries.set(name, { value, seenAt: now });
    return value;
  }

  /** Gives its room back. */
  [Symbol.dispose](): void {
    for (const { value } of this.#entries.values()) value?.[Symbol.dispose]();
    this.#room.left += this.#entries.size;
    this.#entries.clear();
    this.#room.holders.delete(this);
  }

  #hasRoom(): boolean {
    return this.#entries.size < this.#max && this.#room.left > 0;
  }

  #makeRoom(now: number): void {
    if (this.#entries.size < this.#max) this.#room.reclaim(now);
    else if (now - this.#lookedAt >= LOOK_EVERY_MS) {
      this.#lookedAt = now;
      this.forget(now);
    }
  }

  /** Whatever was not seen for a day. */
  forget(now: number): void {
    for (const [name, { value, seenAt }] of this.#entries) {
      if (now - seenAt < FORGET_MS) continue;
      value?.[Symbol.dispose]();
      this.#entries.delete(name);
      this.#room.left += 1;
    }
  }
}
