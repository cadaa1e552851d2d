import { EditPage } from '../../../features/editor/edit-page.tsx';

export const metadata = { title: 'Experiment editor' };

export default function Page() {
  return <EditPage />;
}
