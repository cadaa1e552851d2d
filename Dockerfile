# syntax=docker/dockerfile:1
# One file for all images: `--target dashboard` (with the collector in it), `--target service` (a service of the shop, the
# queue agent or the load generator, by its command). Debian with glibc: the embedded engine has no build for musl.
FROM node:26-bookworm-slim AS source
WORKDIR /srv/stormglass
ENV NODE_ENV=production NODE_COMPILE_CACHE=/tmp/compile-cache
COPY package.json package-lock.json .npmrc ./
COPY agents/package.json agents/
COPY chaos/package.json chaos/
COPY sample-services/package.json sample-services/
COPY web/package.json web/

FROM source AS dependencies
# Not `npm ci`: it refuses a lock from which a registry lacks the package of another platform. All of them for the build,
# the run-time ones for the images.
RUN --mount=type=cache,target=/root/.npm npm install --no-save --no-audit --no-fund --omit=dev

FROM source AS build
RUN --mount=type=cache,target=/root/.npm npm install --no-save --no-audit --no-fund --include=dev
COPY . .
RUN node scripts/build-web.ts

FROM source AS service
COPY --from=dependencies /srv/stormglass/node_modules node_modules
COPY agents agents
COPY sample-services sample-services
USER node
# Which service: the command, for instance `sample-services/orders/main.ts`.
ENTRYPOINT ["node", "--import", "@stormglass/agents/register"]

FROM source AS dashboard
COPY --from=dependencies /srv/stormglass/node_modules node_modules
COPY . .
COPY --from=build /srv/stormglass/web/.next web/.next
RUN mkdir /data && chown node:node /data
VOLUME /data
USER node
EXPOSE 4000 4317 4318
ENTRYPOINT ["node", "scripts/start.ts", "--bare", "--host", "0.0.0.0", "--data-dir", "/data"]
