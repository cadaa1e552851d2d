import { parse } from 'yaml';
import { z } from 'zod';

const Workflow = z.object({
  jobs: z.record(
    z.string(),
    z.object({ steps: z.array(z.object({ name: z.string().optional(), run: z.string().optional() })) }),
  ),
});

/** The steps with commands of the first workflow of GitHub Actions in a text of Markdown. */
export function parseWorkflow(markdown: string): { name: string; script: string }[] {
  const [, text = ''] = /```yaml\n(.*?)```/s.exec(markdown) ?? [];
  const { jobs } = Workflow.parse(parse(text));
  return Object.values(jobs).flatMap(({ steps }) =>
    steps.flatMap(({ name = '', run }) => (run === undefined ? [] : [{ name, script: run }])),
  );
}
