import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { eventually, TestCollector } from '../testing/collector.ts';
import { EXPORT_PATH, frame, GrpcWire } from '../testing/grpc.ts';
import { hexId, kv, post, traceRequest } from '../testing/requests.ts';
import { retryDelayOf } from '../testing/status.ts';

const MEGABYTE = 1024 * 1024;
const disk = mkdtempSync(join(tmpdir(), 'stormglass-disk-'));
/** A file system of its own needs root. */
const mounted =
  spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${200 * MEGABYTE}`, 'tmpfs', disk]).status === 0;
const ballast = join(disk, 'ballast');

let collector: TestCollector | undefined;
afterAll(async () => {
  await collector?.dispose();
  if (mounted) spawnSync('umount', [disk]);
  rmSync(disk, { recursive: true, force: true });
});

const free = () => {
  const { bavail, bsize } = statfsSync(disk);
  return bavail * bsize;
};

test.skipIf(!mounted)(
  `a full disk is answered with "send it again later", loses nothing that was taken, and it recovers by itself${mounted ? '' : ' (skipped: only root can mount a small file system)'}`,
  { timeout: 180_000 },
  async () => {
    const running = await TestCollector.start({ COLLECTOR_DATA_DIR: join(disk, 'data') });
    collector = running;
    const { pid } = running;
    const wire = new GrpcWire(running.ports.grpc);
    const taken: number[] = [];
    let serial = 0;
    /** 100 spans in 200 kB, by turns over HTTP and gRPC. Whether they were taken, and what was said otherwise. */
    const send = async () => {
      const numbers = Array.from({ length: 100 }, () => {
        serial += 1;
        return serial;
      });
      const spans = numbers.map((n) => ({
        traceId: hexId(n, 16),
        spanId: hexId(n, 8),
        attributes: [kv('noise', `${n}-${hexId(n * 7919, 1000)}`)],
      }));
      const body = traceRequest('full', spans);
      const answer =
        serial % 200 === 0
          ? await post(running.otlp, 'traces', body).then(({ status, headers }) => ({
              taken: status === 200,
              refusal: `HTTP ${status}, ${headers.get('retry-after')}`,
            }))
          : await wire.call(EXPORT_PATH.traces, frame(body)).then(({ code, details }) => ({
              taken: code === 0,
              refusal: `gRPC ${code}, ${retryDelayOf(details)}`,
            }));
      if (answer.taken) taken.push(...numbers);
      return answer;
    };
    const sendUntilRefused = async () => {
      const refusals = new Set<string>();
      await eventually('refusals by both receivers', async () => {
        const answer = await send();
        if (!answer.taken) refusals.add(answer.refusal);
        return refusals.size >= 2 ? true : null;
      });
      return refusals;
    };
    const storedOnce = async () => {
      const rows = await running.rows<{ id: string; n: number }>(
        `SELECT SpanId AS id, count() AS n FROM otel_traces WHERE ServiceName = 'full' GROUP BY id`,
      );
      return new Map(rows.map((row) => [Number.parseInt(row.id, 16), Number(row.n)]));
    };

    for (let round = 0; round < 2; round++) {
      expect((await send()).taken).toBe(true);
      writeFileSync(ballast, Buffer.alloc(Math.max(0, free() - 2 * MEGABYTE)));
      expect(await sendUntilRefused()).toEqual(new Set(['HTTP 429, 1', 'gRPC 14, 1']));
      const segments = readdirSync(join(disk, 'data', 'spool')).length;
      for (let i = 0; i < 20; i++) await send();
      expect(readdirSync(join(disk, 'data', 'spool')).length).toBeLessThan(segments + 5);

      rmSync(ballast);
      await eventually('requests taken again', async () => ((await send()).taken ? true : null));
      await eventually('an empty spool', async () =>
        (await running.stats()).spoolBytes === 0 ? true : null,
      );
      const counts = await storedOnce();
      expect(taken.filter((n) => counts.get(n) !== 1)).toEqual([]);
      expect(counts.size).toBe(taken.length);
      expect(running.pid).toBe(pid);
      expect(await running.stats()).toMatchObject({ quarantined: 0 });
    }
    wire.close();
  },
);
