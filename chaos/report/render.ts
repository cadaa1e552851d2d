import type { Run } from '../contract/index.ts';
import { renderHtml } from './html/page.ts';
import { renderJson } from './json.ts';
import { renderJUnit } from './junit.ts';
import { renderMarkdown } from './markdown.ts';

/** In which a report of a run can be had. */
export const FORMATS = ['html', 'markdown', 'junit', 'json'] as const;
export type Format = (typeof FORMATS)[number];

const RENDER: Readonly<Record<Format, (run: Run) => string>> = {
  html: renderHtml,
  markdown: renderMarkdown,
  junit: renderJUnit,
  json: renderJson,
};

export function render(run: Run, format: Format): string {
  return RENDER[format](run);
}

const EXTENSIONS: Readonly<Record<string, Format>> = {
  ...{ html: 'html', htm: 'html', md: 'markdown', markdown: 'markdown', xml: 'junit', json: 'json' },
};

/** The format that a file's name asks for; null when it does not say. */
export function formatOf(file: string): Format | null {
  const extension = /\.([^./\\]+)$/.exec(file)?.[1]?.toLowerCase();
  return EXTENSIONS[extension ?? ''] ?? null;
}
