# One image for all programs, for amd64 and arm64:
#
#     docker buildx build --platform linux/amd64,linux/arm64 --tag REGISTRY/kubevigil:0.1.0 --push .
#
# Both images are taken by the digests of manifests/images.yaml, where `npm run images:pin` has written them; the arguments are for
# another registry's copy of them.
ARG NODE_IMAGE=node:22-bookworm-slim
ARG BASE_IMAGE=debian:bookworm-slim

# On the building machine's own architecture: nothing that comes out of it depends on one.
FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci
# buildx hands on this variable of its environment: the time that the SBOM in the image names.
ARG SOURCE_DATE_EPOCH
COPY . .
RUN npm run build && node dist/tools/image/main.js /image

FROM ${NODE_IMAGE} AS node

# A shell and coreutils are there on purpose: the scenarios act as an intruder would, and manifests/ copies a file.
FROM ${BASE_IMAGE}
LABEL org.opencontainers.image.title="Kubevigil" \
      org.opencontainers.image.description="A monitoring agent for Kubernetes, for security" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=build /image /
WORKDIR /app
# The exporter's manifest asks for root and two capabilities; everything else runs as nobody in particular.
USER 65532:65532
EXPOSE 24924 24925 24926 24927
# Every program takes SIGTERM itself, as the first process and under an init alike. Others: kubevigil-builder, kubevigil-scenarios, kubevigil-detector.
CMD ["kubevigil-exporter"]
