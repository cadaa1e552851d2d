'use client';
import type { Timeline } from '@stormglass/agents/contract';
import { ViewportPortal } from '@xyflow/react';
import { useEffect, useRef, useState } from 'react';
import { readInk } from '../../ui/series-ink.ts';
import { DOT_SPEED_PX_S, type Dot, DotSource } from './dots.ts';
import styles from './map.module.css';
import { type Curve, pointAt } from './model/geometry.ts';
import type { Canvas } from './model/layout.ts';

const PAD = 80;
const RADIUS = 2.3;

interface Ink {
  call: string;
  message: string;
  failing: string;
}

function readDotInk(): Ink {
  const ink = readInk();
  return { call: ink.ink2, message: ink.hue('queue'), failing: ink.hue('failing') };
}

function drawDot(context: CanvasRenderingContext2D, curve: Curve, t: number, dot: Dot, ink: Ink): void {
  const { x, y } = pointAt(curve, t);
  if (dot.failed && t > 0.4) {
    context.strokeStyle = ink.failing;
    context.lineWidth = 1.6;
    context.beginPath();
    context.moveTo(x - 2.6, y - 2.6);
    context.lineTo(x + 2.6, y + 2.6);
    context.moveTo(x + 2.6, y - 2.6);
    context.lineTo(x - 2.6, y + 2.6);
    context.stroke();
    return;
  }
  context.fillStyle = dot.message ? ink.message : ink.call;
  context.beginPath();
  context.arc(x, y, RADIUS, 0, Math.PI * 2);
  context.fill();
}

/** With reduced motion dots stand still; their distance still tells the rate. */
function drawStill(context: CanvasRenderingContext2D, props: Props, ink: Ink): void {
  for (const [edge, curve] of props.curves) {
    const rate = Math.min(12, props.rates.get(edge) ?? 0);
    if (rate <= 0) continue;
    const gap = DOT_SPEED_PX_S / rate;
    const message = edge.includes('queue:');
    for (let px = gap / 2; px < curve.length; px += gap) {
      drawDot(context, curve, px / curve.length, { edge, startsAt: 0, failed: false, message }, ink);
    }
  }
}

interface Props {
  canvas: Canvas;
  timeline: Timeline;
  /** Hub's clock, epoch ms. */
  at: number;
  live: boolean;
  curves: ReadonlyMap<string, Curve>;
  /** Calls per second by edge, for the still picture. */
  rates: ReadonlyMap<string, number>;
  /** The edge that is drawn for one, where clusters are closed. */
  edgeOf: (id: string) => string;
}

/** A canvas this large still has memory and time for a frame; a larger one is drawn coarser, px. */
const MOST_PIXELS = 6e6;

function ratioFor({ width, height }: Canvas): number {
  const area = (width + PAD * 2) * (height + PAD * 2);
  return Math.min(2, window.devicePixelRatio || 1, Math.sqrt(MOST_PIXELS / area));
}

function useAnimation(element: HTMLCanvasElement | null, props: Props) {
  const latest = useRef(props);
  latest.current = props;
  const source = useRef(new DotSource());
  const { timeline, at, live, canvas, rates, edgeOf } = props;
  useEffect(() => {
    if (live) source.current.update(timeline, at, performance.now(), rates, edgeOf);
    else source.current.clear();
  }, [timeline, at, live, rates, edgeOf]);
  useEffect(() => {
    const context = element?.getContext('2d');
    if (!element || !context) return;
    const still = window.matchMedia('(prefers-reduced-motion: reduce)');
    const ratio = ratioFor(canvas);
    element.width = (canvas.width + PAD * 2) * ratio;
    element.height = (canvas.height + PAD * 2) * ratio;
    let ink = readDotInk();
    let frame = 0;
    let blank = false;
    let drawn: Pick<Props, 'rates' | 'curves'> | null = null;
    const theme = new MutationObserver(() => {
      ink = readDotInk();
      drawn = null;
    });
    theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    const draw = (now: number) => {
      frame = requestAnimationFrame(draw);
      const { curves, live: moving, rates: shown } = latest.current;
      const quiet = still.matches || !moving;
      if (!quiet) source.current.sweep(now, curves);
      // Nothing moves and nothing changed: a cleared canvas would still cost a whole repaint.
      const same = drawn?.rates === shown && drawn.curves === curves;
      if (quiet ? same : blank && source.current.dots.length === 0) return;
      drawn = quiet ? { rates: shown, curves } : null;
      blank = !quiet && source.current.dots.length === 0;
      context.setTransform(ratio, 0, 0, ratio, PAD * ratio, PAD * ratio);
      context.clearRect(-PAD, -PAD, canvas.width + PAD * 2, canvas.height + PAD * 2);
      if (quiet) {
        drawStill(context, latest.current, ink);
        return;
      }
      for (const dot of source.current.dots) {
        const curve = curves.get(dot.edge);
        if (!curve || now < dot.startsAt) continue;
        drawDot(context, curve, (((now - dot.startsAt) / 1000) * DOT_SPEED_PX_S) / curve.length, dot, ink);
      }
    };
    frame = requestAnimationFrame(draw);
    return () => {
      cancelAnimationFrame(frame);
      theme.disconnect();
    };
  }, [element, canvas]);
}

/** The calls themselves, drawn over the edges. */
export function DotsLayer(props: Props) {
  // The portal exists only after the first drawing, so the canvas comes later than this component.
  const [element, setElement] = useState<HTMLCanvasElement | null>(null);
  useAnimation(element, props);
  const { canvas } = props;
  return (
    <ViewportPortal>
      <canvas
        ref={setElement}
        className={styles.dots}
        style={{
          left: -PAD,
          top: -PAD,
          width: canvas.width + PAD * 2,
          height: canvas.height + PAD * 2,
        }}
      />
    </ViewportPortal>
  );
}
