'use client';
import type { Ref } from 'react';
import { Button, Chip } from '../../ui/button.tsx';
import { SegmentedControl } from '../../ui/segmented-control.tsx';
import { FindBar } from './find-bar.tsx';
import { Legend } from './trace-head.tsx';
import type { LinkedState } from './trace-view.tsx';
import type { TraceViewState } from './use-trace-view.ts';
import styles from './waterfall.module.css';

const LOOKS = [
  { value: 'rows', label: 'Waterfall' },
  { value: 'flame', label: 'Flame' },
  { value: 'table', label: 'Table' },
] as const;
const ARRANGEMENTS = [
  { value: 'calls', label: 'Calls' },
  { value: 'errors', label: 'Errors first' },
  { value: 'services', label: 'By service' },
] as const;
const SCALES = [
  { value: 'fold', label: 'Fold waits' },
  { value: 'true', label: 'True scale' },
] as const;

interface Props {
  view: TraceViewState;
  linked: LinkedState;
  field: Ref<HTMLInputElement>;
  leave: () => void;
}

/** How the trace is shown, and the search in it. */
export function TraceTools({ view, linked, field, leave }: Props) {
  const { look, order, waits, zoom } = view;
  return (
    <div className={styles.head}>
      <FindBar view={view} field={field} leave={leave} />
      <SegmentedControl label="View" size="sm" options={LOOKS} value={look} onChange={view.setLook} />
      {look === 'rows' ? (
        <SegmentedControl
          label="Order"
          size="sm"
          options={ARRANGEMENTS}
          value={order}
          onChange={view.setOrder}
        />
      ) : null}
      {look === 'table' ? null : (
        <SegmentedControl label="Scale" size="sm" options={SCALES} value={waits} onChange={view.setWaits} />
      )}
      {linked.handled > 0 ? (
        <Chip
          pressed={!linked.hidden}
          onClick={() => linked.setHidden(linked.hidden ? null : 'hidden')}
          title="Traces that handled messages of this one, below the spans that sent them"
        >
          {linked.handled} linked
        </Chip>
      ) : null}
      {zoom ? (
        <Button size="sm" variant="quiet" onClick={() => view.setZoom(null)}>
          Whole trace
        </Button>
      ) : null}
      <span className="gap" />
      {look === 'rows' ? <Legend className={styles.legend} /> : null}
    </div>
  );
}
