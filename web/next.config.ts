import type { NextConfig } from 'next';

const config: NextConfig = {
  // Workspace packages export TypeScript sources; Next compiles them with ours.
  transpilePackages: ['@stormglass/agents', '@stormglass/chaos'],
  reactStrictMode: true,
  poweredByHeader: false,
  devIndicators: false,
  experimental: { optimizePackageImports: ['@mantine/core', '@mantine/hooks'] },
  typescript: { tsconfigPath: 'tsconfig.json' },
};

export default config;
