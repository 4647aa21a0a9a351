# One image for worker, command line and lab. The workflows are bundled when it is built: that fixes their code by digest and takes
# the bundler out of the start of a worker.
FROM node:20-slim

ENV NODE_ENV=production
WORKDIR /app

COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev && npm cache clean --force

COPY . .
RUN node --import tsx scripts/bundle-workflows.ts

RUN install -d -o node -g node -m 0700 /home/runbook
ENV RUNBOOK_HOME=/home/runbook
USER node

# Not through npm or npx, which would not pass SIGTERM on.
CMD ["node", "--import", "tsx", "worker/main.ts"]
