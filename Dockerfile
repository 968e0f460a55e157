# The node agent in a container, next to the engine whose socket it gets:
#
#   docker build -t kubelette .
#   docker run -d --name kubelette -v /var/run/docker.sock:/var/run/docker.sock \
#     -v kubelette-data:/data -v "$PWD/manifests:/manifests:ro" kubelette
#
# Pods are containers of that engine, not of this one: they stay when this container goes, and the next one takes them
# over as long as node name and data volume are the same.
FROM node:20-slim AS build
WORKDIR /kubelette
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY scripts scripts
COPY src src
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:20-slim
WORKDIR /kubelette
COPY --from=build /kubelette/package.json ./
COPY --from=build /kubelette/node_modules node_modules
COPY --from=build /kubelette/dist dist
# The default name of a node is the hostname, which in a container is new every time: pods would lose their owner.
ENV KUBELETTE_NODE_NAME=kubelette KUBELETTE_DATA_DIR=/data KUBELETTE_MANIFEST_DIR=/manifests
VOLUME /data
RUN mkdir -p /manifests
ENTRYPOINT ["node", "/kubelette/dist/cli.cjs"]
CMD ["agent"]
