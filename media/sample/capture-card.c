// SPDX-License-Identifier: MIT
/*
 * The sample of DMA Aperture: a PCI capture card that asks for more contiguous memory than most platforms give.
 * Hover the calls below, choose another platform in the status bar, and change a size in capture-card.h.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/pci.h>

#include "capture-card.h"

static int capture_alloc(struct capture_card *card)
{
	/* A page: there is always one. */
	card->desc = dma_alloc_coherent(card->dev, CAPTURE_DESC_COUNT * CAPTURE_DESC_BYTES,
					&card->desc_dma, GFP_KERNEL);
	if (!card->desc)
		return -ENOMEM;

	/* 2 MiB, order 9: the most that Linux under Xen PV could make contiguous for many years. */
	card->small = dma_alloc_coherent(card->dev, CAPTURE_SMALL_BYTES, &card->small_dma, GFP_KERNEL);
	if (!card->small)
		goto free_desc;

	/* 8 MiB, order 11: beyond what the page allocator of most kernels hands out at all. */
	card->ring = dma_alloc_coherent(card->dev, CAPTURE_RING_BYTES, &card->ring_dma, GFP_KERNEL);
	if (!card->ring)
		goto free_small;
	return 0;

free_small:
	dma_free_coherent(card->dev, CAPTURE_SMALL_BYTES, card->small, card->small_dma);
free_desc:
	dma_free_coherent(card->dev, CAPTURE_DESC_COUNT * CAPTURE_DESC_BYTES, card->desc, card->desc_dma);
	return -ENOMEM;
}

/* All of the firmware in one mapping: 512 KiB, and a segment of the aperture is 256 KiB. */
static int capture_load_at_once(struct capture_card *card, void *firmware)
{
	dma_addr_t dma = dma_map_single(card->dev, firmware, CAPTURE_FIRMWARE_BYTES, DMA_TO_DEVICE);

	if (dma_mapping_error(card->dev, dma))
		return -EIO;
	dma_unmap_single(card->dev, dma, CAPTURE_FIRMWARE_BYTES, DMA_TO_DEVICE);
	return 0;
}

/* The same firmware in pieces that every aperture takes. */
static int capture_load(struct capture_card *card, void *firmware)
{
	size_t done;

	for (done = 0; done < CAPTURE_FIRMWARE_BYTES; done += CAPTURE_CHUNK_BYTES) {
		dma_addr_t dma = dma_map_single(card->dev, firmware + done, CAPTURE_CHUNK_BYTES, DMA_TO_DEVICE);

		if (dma_mapping_error(card->dev, dma))
			return -EIO;
		dma_unmap_single(card->dev, dma, CAPTURE_CHUNK_BYTES, DMA_TO_DEVICE);
	}
	return 0;
}

static int capture_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct capture_card *card = devm_kzalloc(&pdev->dev, sizeof(*card), GFP_KERNEL);
	void *firmware;
	int err;

	if (!card)
		return -ENOMEM;
	card->dev = &pdev->dev;
	err = dma_set_mask_and_coherent(card->dev, DMA_BIT_MASK(32));
	if (err)
		return err;
	firmware = devm_kzalloc(card->dev, CAPTURE_FIRMWARE_BYTES, GFP_KERNEL);
	if (!firmware)
		return -ENOMEM;
	if (capture_load_at_once(card, firmware)) {
		err = capture_load(card, firmware);
		if (err)
			return err;
	}
	return capture_alloc(card);
}

static const struct pci_device_id capture_ids[] = {
	{ PCI_DEVICE(CAPTURE_VENDOR_ID, CAPTURE_DEVICE_ID) },
	{ }
};
MODULE_DEVICE_TABLE(pci, capture_ids);

static struct pci_driver capture_driver = {
	.name = "capture-card",
	.id_table = capture_ids,
	.probe = capture_probe,
};
module_pci_driver(capture_driver);

MODULE_DESCRIPTION("Sample driver of DMA Aperture");
MODULE_LICENSE("Dual MIT/GPL");
