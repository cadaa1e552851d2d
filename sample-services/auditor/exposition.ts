const LABEL = /(\w+)="([^"]*)"/g;

export interface Sample {
  labels: ReadonlyMap<string, string>;
  value: number;
}

/** Samples of one metric in the Prometheus text format. */
export function samplesOf(text: string, metric: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const [, labels, value] = line.startsWith(`${metric}{`) ? (/\{([^}]*)\}\s+(\S+)/.exec(line) ?? []) : [];
    if (labels === undefined || value === undefined) return [];
    const pairs = [...labels.matchAll(LABEL)].map(([, name = '', text = '']) => [name, text] as const);
    return [{ labels: new Map(pairs), value: Number(value) }];
  });
}
