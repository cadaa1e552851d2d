/** View calculations over (Timeline, instant, window): one door for pages. */
export * from './breaker-figures.ts';
export * from './incident-figures.ts';
export * from './queue-figures.ts';
export * from './traffic-figures.ts';
