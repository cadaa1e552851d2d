import { setTimeout as delay } from 'node:timers/promises';
import { io } from 'socket.io-client';
import { post, traceRequest } from '../agents/collector/testing/requests.ts';
import { startSystem } from '../e2e/system.ts';
import type { LiveFrame } from '../web/live/protocol.ts';
import { percentile, report } from './figure.ts';
import { steadyLoad } from './spans/steady.ts';

/**
 * POST to socket event: a request with one span of an operation never seen before is posted; the clock runs until a
 * browser's socket has the frame with that operation. Other spans come in beside it at a steady rate.
 */
const PER_SECOND = 5_000;
const BATCH = 250;
const SAMPLES = 100;
const BETWEEN_MS = 150;

export async function run(): Promise<void> {
  const system = await startSystem({ args: ['--bare'] });
  const socket = io(`${system.dashboard}/live`, {
    transports: ['websocket'],
    extraHeaders: { origin: system.dashboard },
  });
  const seen = new Map<string, number>();
  socket.on('frame', (frame: LiveFrame) => {
    const at = performance.now();
    for (const cell of frame.timeline.traffic ?? [])
      if (!seen.has(cell.operation)) seen.set(cell.operation, at);
  });
  socket.emit('resume', null);
  await new Promise<void>((resolve) => socket.once('snapshot', () => resolve()));
  const stopLoad = steadyLoad(system.otlpHttp, { perSecond: PER_SECOND, batch: BATCH, seed: 3 });
  const samples: number[] = [];
  try {
    await delay(5_000);
    for (let i = 0; i < SAMPLES; i++) {
      const name = `probe ${i}`;
      const id = (i + 1).toString(16);
      const body = traceRequest('live-probe', [
        {
          traceId: id.padStart(32, '0'),
          spanId: id.padStart(16, '0'),
          name,
          startMs: Date.now() - 5,
          durationMs: 5,
        },
      ]);
      const posted = performance.now();
      const answer = await post(system.otlpHttp, 'traces', body);
      if (answer.status !== 200) throw new Error(`the collector answered ${answer.status}`);
      while (!seen.has(name) && performance.now() - posted < 5_000) await delay(1);
      samples.push((seen.get(name) ?? Number.POSITIVE_INFINITY) - posted);
      await delay(BETWEEN_MS);
    }
  } finally {
    await stopLoad();
    socket.close();
    await system.stop();
  }
  const params = { perSecond: PER_SECOND, batch: BATCH, samples: SAMPLES };
  const figure = (name: string, value: number, goal: string | null) =>
    report({ bench: 'live', figure: name, value, unit: 'ms', goal, params });
  figure('POST to socket event p50', percentile(samples, 0.5), null);
  figure('POST to socket event p95', percentile(samples, 0.95), '<= 250');
}
