# A machine (Dockerfile) with a language's root disk: the language's own image, unchanged, as a read-only file system.
# EROFS without compression: a guest under software emulation would pay for unpacking with its own slow processor.
ARG SUITE=trixie
ARG MACHINE
ARG LANGUAGE
FROM ${LANGUAGE} AS language
FROM ${MACHINE} AS machine

FROM debian:${SUITE}-slim AS disk
ARG SUITE
LABEL dev.sandglass.stage=microvm-disk-${SUITE}
COPY sandbox-images/shared/install.sh /build/
RUN /build/install.sh erofs-utils cpio
COPY --from=language / /rootfs/
COPY --from=machine /machine/initramfs /build/
COPY sandbox-images/microvm/disk.sh /build/
# What warms a guest up before it is saved, in the form that warm-up.c reads; base64.
ARG WARM_UP_PLAN
ARG WARM_UP_FILE
RUN mkdir -p /build/warm-up \
	&& printf %s "$WARM_UP_PLAN" | base64 --decode >/build/warm-up/plan \
	&& printf %s "$WARM_UP_FILE" | base64 --decode >/build/warm-up/file \
	&& /build/disk.sh /rootfs /build/initramfs /build/warm-up /disk

FROM ${MACHINE}
COPY --from=disk /disk /machine
