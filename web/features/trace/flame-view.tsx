'use client';
import { type KeyboardEvent, type MouseEvent, useCallback, useEffect, useId, useRef, useState } from 'react';
import { durationText } from '../../ui/format.ts';
import { useTheme } from '../../ui/theme.tsx';
import { useWidth } from '../../ui/use-width.ts';
import styles from './flame.module.css';
import { boxesOf, type Flame, flameMove, growFlame, hit } from './flame-model.ts';
import { drawFlame, LANE } from './flame-paint.ts';
import type { TimeScale } from './time-scale.ts';
import type { SpanNode, SpanTree } from './tree.ts';
import { useSteps } from './use-steps.ts';

interface Props {
  tree: SpanTree;
  scale: TimeScale;
  node: SpanNode | null;
  chosen: boolean;
  found: ReadonlySet<string>;
  select: (spanId: string) => void;
}

function wordsOf({ span, start, end }: SpanNode): string {
  const failed = span.status === 'error' ? ', failed' : '';
  return `${span.service} ${span.name}, +${durationText(start / 1e6)}, ${durationText((end - start) / 1e6)}${failed}`;
}

/** Height and scroll of the box, followed: only what is on the screen is painted. */
function useScrolled(box: React.RefObject<HTMLDivElement | null>) {
  const [place, setPlace] = useState({ top: 0, height: 400 });
  const follow = useCallback(() => {
    const { scrollTop = 0, clientHeight = 400 } = box.current ?? {};
    setPlace((old) =>
      old.top === scrollTop && old.height === clientHeight ? old : { top: scrollTop, height: clientHeight },
    );
  }, [box]);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(follow);
    observer.observe(element);
    return () => observer.disconnect();
  }, [box, follow]);
  return { place, follow };
}

const EMPTY: Flame = { lanes: [], laneOf: new Map() };

/** The whole trace as blocks: callers above what they called. Arrows go along the calls. */
export default function FlameView({ tree, scale, node, chosen, found, select }: Props) {
  const steps = useCallback(() => growFlame(tree), [tree]);
  const flame = useSteps(steps) ?? EMPTY;
  const { theme } = useTheme();
  const [box, width] = useWidth<HTMLDivElement>(900);
  const { place, follow } = useScrolled(box);
  const canvas = useRef<HTMLCanvasElement>(null);
  const id = useId();
  const lane = node ? flame.laneOf.get(node) : undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes the colours that are read
  useEffect(() => {
    if (canvas.current) drawFlame(canvas.current, { flame, scale, selected: node, found, width, ...place });
  }, [flame, scale, node, found, width, place, theme]);
  useEffect(() => {
    const element = box.current;
    if (!chosen || lane === undefined || !element) return;
    const top = lane * LANE;
    if (top < element.scrollTop || top + LANE > element.scrollTop + element.clientHeight)
      element.scrollTop = top;
  }, [chosen, lane, box]);
  const under = (e: MouseEvent<HTMLElement>) => {
    const rect = e.currentTarget.getBoundingClientRect();
    const at = Math.floor((e.clientY - rect.top + e.currentTarget.scrollTop) / LANE);
    return hit(boxesOf(flame.lanes[at] ?? [], scale.at, scale, width), e.clientX - rect.left);
  };
  const onKeyDown = (e: KeyboardEvent) => {
    const next = node && !e.altKey && !e.ctrlKey && !e.metaKey ? flameMove(e.key, node, flame) : null;
    if (!next) return;
    e.preventDefault();
    select(next.span.spanId);
  };
  return (
    <div
      ref={box}
      className={styles.box}
      role="listbox"
      aria-label="Flame view of the trace"
      aria-activedescendant={node ? id : undefined}
      tabIndex={0}
      onScroll={follow}
      onKeyDown={onKeyDown}
      onClick={(e) => {
        const at = under(e);
        if (at) select(at.span.spanId);
      }}
      onMouseMove={(e) => {
        const at = under(e);
        e.currentTarget.title = at ? wordsOf(at) : '';
      }}
    >
      <div className={styles.canvas} style={{ height: flame.lanes.length * LANE }} aria-hidden="true">
        <canvas ref={canvas} className={styles.paper} />
      </div>
      {node ? (
        <div id={id} role="option" aria-selected="true" tabIndex={-1} className="visually-hidden">
          {wordsOf(node)}
        </div>
      ) : null}
    </div>
  );
}
