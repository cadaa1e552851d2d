import { readInk } from '../../ui/series-ink.ts';
import { boxesOf, type Flame, type FlameBox } from './flame-model.ts';
import type { TimeScale } from './time-scale.ts';
import type { SpanNode } from './tree.ts';

/** Height of a lane, px. */
export const LANE = 20;
/** Words need at least this width, px. */
const WORDS = 34;

interface Picture {
  flame: Flame;
  scale: TimeScale;
  selected: SpanNode | null;
  found: ReadonlySet<string>;
  /** Px: the width of the box, how far it is scrolled, and how much of it is seen. */
  width: number;
  top: number;
  height: number;
}

type Ink = ReturnType<typeof readInk>;

function tone({ node }: FlameBox, ink: Ink): { line: string; fill: string } {
  if (node.injected) return { line: ink.hue('fault'), fill: ink.fade(ink.hue('fault'), 0.22) };
  if (node.span.status === 'error') {
    return { line: ink.hue('failing'), fill: ink.fade(ink.hue('failing'), 0.18) };
  }
  if (node.shape === 'message') return { line: ink.hue('queue'), fill: ink.fade(ink.hue('queue'), 0.2) };
  return { line: ink.line3, fill: ink.fade(ink.ink3, node.shape === 'server' ? 0.34 : 0.16) };
}

function paintBox(
  paper: CanvasRenderingContext2D,
  box: FlameBox,
  y: number,
  ink: Ink,
  picture: Picture,
): void {
  const { line, fill } = tone(box, ink);
  const x = Math.max(-2, box.x);
  const width = Math.min(picture.width + 2, box.x + box.width) - x;
  paper.fillStyle = fill;
  paper.fillRect(x, y + 1, width, LANE - 2);
  const { span } = box.node;
  if (width > 4) {
    paper.strokeStyle = line;
    paper.strokeRect(x + 0.5, y + 1.5, width - 1, LANE - 3);
  }
  if (picture.found.has(span.spanId)) {
    paper.fillStyle = ink.ink1;
    paper.fillRect(x, y + LANE - 3, Math.max(2, width), 2);
  }
  if (picture.selected === box.node) {
    paper.strokeStyle = ink.ink1;
    paper.lineWidth = 2;
    paper.strokeRect(x + 1, y + 2, Math.max(2, width - 2), LANE - 4);
    paper.lineWidth = 1;
  }
  if (width < WORDS) return;
  paper.save();
  paper.beginPath();
  paper.rect(x + 4, y, width - 8, LANE);
  paper.clip();
  paper.fillStyle = ink.ink1;
  paper.fillText(
    `${span.status === 'error' ? '× ' : ''}${span.service} ${span.name}`,
    Math.max(4, x + 5),
    y + 14,
  );
  paper.restore();
}

/** Paints what is seen of the lanes. */
export function drawFlame(canvas: HTMLCanvasElement, picture: Picture): void {
  const { flame, scale, width, top, height } = picture;
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const paper = canvas.getContext('2d');
  if (!paper) return;
  const ink = readInk();
  paper.scale(ratio, ratio);
  paper.font = `11px ${getComputedStyle(canvas).fontFamily}`;
  const last = Math.min(flame.lanes.length - 1, Math.floor((top + height) / LANE));
  for (let lane = Math.floor(top / LANE); lane <= last; lane++) {
    const y = lane * LANE - top;
    for (const box of boxesOf(flame.lanes[lane] ?? [], scale.at, scale, width)) {
      paintBox(paper, box, y, ink, picture);
    }
  }
}
