import '@mantine/core/styles.layer.css';
import '@mantine/spotlight/styles.layer.css';
import '@fontsource-variable/inter/index.css';
import '@fontsource-variable/jetbrains-mono/index.css';
import '../ui/tokens.css';
import '../ui/base.css';
import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import { Frame } from '../features/frame/frame.tsx';
import { IncidentStrip } from '../features/incident-strip/incident-strip.tsx';
import { Tour } from '../features/tour/tour.tsx';
import { LiveProvider } from '../live/provider.tsx';
import { Hatches } from '../ui/glyphs/hatches.tsx';
import { THEME_SCRIPT, ThemeProvider } from '../ui/theme.tsx';

export const metadata: Metadata = {
  title: { default: 'Stormglass', template: '%s · Stormglass' },
  description: 'What broke, what did it cost, is it over?',
};
export const viewport: Viewport = { width: 'device-width', initialScale: 1, themeColor: '#0F1216' };

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" data-theme="dark" data-mantine-color-scheme="dark" suppressHydrationWarning>
      <head>
        {/* biome-ignore lint/security/noDangerouslySetInnerHtml: our own constant, before the first paint */}
        <script dangerouslySetInnerHTML={{ __html: THEME_SCRIPT }} />
      </head>
      <body>
        <Hatches />
        <ThemeProvider>
          <LiveProvider>
            <Frame strip={<IncidentStrip />}>{children}</Frame>
            <Tour />
          </LiveProvider>
        </ThemeProvider>
      </body>
    </html>
  );
}
