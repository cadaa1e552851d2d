import { ExperimentPage } from '../../../../features/library/experiment-page.tsx';

export const metadata = { title: 'Experiment' };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  return <ExperimentPage id={decodeURIComponent((await params).id)} />;
}
