/** A page with the shop's own traffic on it, and what proves that it is drawn. */
export interface Shown {
  path: string;
  shows: string;
  /** A field that is filled in first: its label, and what with. */
  fill?: readonly [string, string];
  /** A button that shows more of it. */
  press?: string;
}

export const PAGES: readonly Shown[] = [
  { path: '/', shows: 'gateway' },
  { path: '/traces', shows: 'place order' },
  { path: '/breakers', shows: 'payments' },
  { path: '/queues', shows: 'notifications' },
  { path: '/sagas', shows: 'confirmed' },
  { path: '/chaos', shows: 'Payment latency opens the breaker' },
  { path: '/scorecard', shows: 'Availability' },
  { path: '/agents', shows: 'outside-world' },
  { path: '/attach', shows: 'OTEL_SERVICE_NAME' },
  { path: '/chaos/library/payment-latency-opens-breaker', shows: 'Hypothesis' },
  { path: '/chaos/edit', shows: 'Dry run' },
  { path: '/chaos/compare', shows: 'Which run' },
  {
    path: '/chaos/sweep',
    shows: 'cells, of which',
    fill: ['Only cells named', 'payments.'],
    press: 'Plan only',
  },
];
