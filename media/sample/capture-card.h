/* SPDX-License-Identifier: MIT */
/*
 * A video capture card with a 32-bit DMA engine, as the sample of DMA Aperture. It is made up: no such card is sold.
 */
#ifndef CAPTURE_CARD_H
#define CAPTURE_CARD_H

#define CAPTURE_VENDOR_ID	0x1d0f
#define CAPTURE_DEVICE_ID	0xca97

#define CAPTURE_WIDTH		1024
#define CAPTURE_HEIGHT		512
#define CAPTURE_PIXEL_BYTES	2
#define CAPTURE_FRAME_BYTES	(CAPTURE_WIDTH * CAPTURE_HEIGHT * CAPTURE_PIXEL_BYTES)

/* One frame is 1 MiB, eight of them are what the card writes to in turn. */
#define CAPTURE_FRAMES		8
#define CAPTURE_RING_BYTES	(CAPTURE_FRAMES * CAPTURE_FRAME_BYTES)

/* A quarter of a ring: what the first revision of the card could address. */
#define CAPTURE_SMALL_BYTES	(CAPTURE_RING_BYTES / 4)

/* Sixteen bytes for each of 256 descriptors: a single page. */
#define CAPTURE_DESC_BYTES	16
#define CAPTURE_DESC_COUNT	256

/* What the card fetches of its firmware at a time, and what it would fetch all at once. */
#define CAPTURE_CHUNK_BYTES	(64 << 10)
#define CAPTURE_FIRMWARE_BYTES	(512 << 10)

struct capture_card {
	struct device *dev;
	void *desc;
	dma_addr_t desc_dma;
	void *small;
	dma_addr_t small_dma;
	void *ring;
	dma_addr_t ring_dma;
};

#endif
