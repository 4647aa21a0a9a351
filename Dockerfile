# One image for worker, command line and lab. The workflows are bundled when it is built: that fixes their code by digest and takes
# the bundler out of the start of a worker.
FROM node:20-slim

ENV NODE_ENV=production
WORKDIR /app

COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev && npm cache clean --force

COPY . .
RUN node --import tsx worker/bundle-workflows.ts worker/workflow-bundle.js

RUN install -d -o node -g node -m 0700 /home/runbook
# As supervisor/worker-process.ts has it: a worker that gives back what it does not use.
ENV RUNBOOK_HOME=/home/runbook MALLOC_ARENA_MAX=2
USER node

# Not through npm or npx, which would not pass SIGTERM on.
CMD ["node", "--max-semi-space-size=8", "--heap-growing-percent=50", "--import", "tsx", "worker/main.ts"]
