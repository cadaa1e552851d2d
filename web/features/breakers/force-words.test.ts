import { describe, expect, it } from 'vitest';
import { FORCES, forceWords } from './force-words.ts';

const cell = { service: 'orders', peer: 'payments', name: 'payments' };

describe('forcing a breaker', () => {
  it('names what it hits and what ends it, whatever it is forced to', () => {
    for (const [state] of FORCES) {
      const { hits, undo } = forceWords(cell, state);
      expect(hits).toContain('orders → payments on every instance of orders');
      expect(undo).toMatch(/takes it back after 30 s|do not come back/);
    }
  });
});
