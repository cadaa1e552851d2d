import { expect, test } from 'vitest';
import { Known, Room } from './known.ts';

const DAY_MS = 86_400_000;
const names = (max: number, room: Room) => new Known<string>(max, room, () => null);

test('room in common that others took and have not used for a day is free again', () => {
  const room = new Room(3);
  const [gone, here] = [names(10, room), names(10, room)];
  for (const name of ['a', 'b', 'c']) expect(gone.get(name, 0)).toBeNull();
  expect(here.get('x', DAY_MS / 2)).toBeUndefined();
  expect(gone.get('c', DAY_MS / 2)).toBeNull();
  expect([here.get('x', DAY_MS), here.get('y', DAY_MS)]).toEqual([null, null]);
  expect(here.get('z', DAY_MS)).toBeUndefined();
  expect([gone.get('c', DAY_MS), gone.get('a', DAY_MS)]).toEqual([null, undefined]);
});

test('who is forgotten gives all of its room back', () => {
  const room = new Room(2);
  const first = names(2, room);
  first.get('a', 0);
  first.get('b', 0);
  first[Symbol.dispose]();
  const second = names(2, room);
  expect([second.get('c', 1), second.get('d', 1), second.get('e', 1)]).toEqual([null, null, undefined]);
});
