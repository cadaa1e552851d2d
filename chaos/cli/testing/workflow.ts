import { parse } from 'yaml';
import { z } from 'zod';

const Step = z.strictObject({
  ...{ name: z.string().optional(), if: z.string().optional(), uses: z.string().optional() },
  ...{ run: z.string().optional(), with: z.record(z.string(), z.unknown()).optional() },
});
const Workflow = z.object({
  jobs: z.record(z.string(), z.object({ 'runs-on': z.string(), steps: z.array(Step).min(1) })),
});

/** The steps of the workflow of GitHub Actions in a text of Markdown. */
export function stepsOf(markdown: string): z.infer<typeof Step>[] {
  const [, text = ''] = /```yaml\n(.*?)```/s.exec(markdown) ?? [];
  const { jobs } = Workflow.parse(parse(text));
  return Object.values(jobs).flatMap(({ steps }) => steps);
}
