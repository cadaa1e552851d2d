'use client';
import type { TraceDetail } from '@stormglass/agents/contract';
import { useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { download } from '../../ui/download.ts';
import { RangeLink } from '../../ui/range-link.tsx';
import ui from '../../ui/ui.module.css';
import { fileParts } from './load.ts';
import { inSlices } from './slices.ts';

/** What is on the page as a file, and the stored trace as OTLP, which other tools read. */
export function TraceActions({ detail }: { detail: TraceDetail }) {
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    download(`trace-${detail.traceId}.json`, await inSlices(fileParts(detail)));
    setBusy(false);
  };
  return (
    <>
      <RangeLink
        className={ui.button}
        data-variant="outline"
        data-size="sm"
        href={`/traces/compare?a=${detail.traceId}`}
      >
        Compare
      </RangeLink>
      <Button size="sm" onClick={save} disabled={busy}>
        Save JSON
      </Button>
      <a
        className={ui.button}
        data-variant="outline"
        data-size="sm"
        href={`/api/export/traces/${detail.traceId}`}
        download={`trace-${detail.traceId}.otlp.jsonl`}
        title="Spans and log records as lines of OTLP JSON; `stormglass import` reads them back"
      >
        Save OTLP
      </a>
    </>
  );
}
