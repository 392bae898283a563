/*
 * The slot allocator of generation F as plain C, to compare the model's speed with: the same lists, areas, alignment and
 * boundary rules in the same search, and nothing that a kernel does beside. Reads a program of 32-bit words on standard input, runs
 * it for a second and prints map+unmap pairs a second in its fastest run, the slots left in use, and a sum over the slots that
 * the first run took.
 *
 * Program: slots, then operations: bit 31 set: unmap of mapping ~word; else a mapping's index and, in the next
 * word, its bytes. Every mapping is unmapped again before the program ends.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define SLOT_SHIFT 11
#define SEGMENT 128u
#define PAGE 4096u

struct slot {
	uint64_t orig;
	uint32_t bytes;
	uint16_t list;
	uint16_t pad;
};

struct area {
	uint32_t used, hint;
};

struct request {
	uint64_t orig, boundary;
	uint32_t bytes, cpu, min_align, alloc_align;
};

static struct slot *slots;
static struct area *areas;
static uint32_t nslots, nareas = 1, area_slots, high_water, total;
static const uint64_t start = 0x7d100000;

static int straddles(uint64_t shift, uint32_t index, uint32_t need, uint64_t limit)
{
	return ((shift + index) & (limit - 1)) + need > limit;
}

static int64_t search(const struct request *r, uint32_t number, uint32_t size)
{
	struct area *area = &areas[number];
	uint64_t base = start & r->boundary, limit = (r->boundary + 1) >> SLOT_SHIFT;
	uint64_t shift = (base + 2047) >> SLOT_SHIFT;
	uint32_t need = (size + 2047) >> SLOT_SHIFT, first = number * area_slots;
	uint32_t align = r->alloc_align, match, stride, index, checked;

	if (!align && !r->min_align && size >= PAGE)
		align = PAGE - 1;
	align |= 2047;
	match = r->min_align & ~align;
	stride = ((align > match ? align : match) >> SLOT_SHIFT) + 1;
	if (need > area_slots - area->used)
		return -1;
	index = area->hint;
	for (checked = 0; checked < area_slots;) {
		uint64_t at = base + ((uint64_t)(first + index) << SLOT_SHIFT);

		if ((at & align) || (r->orig && ((at ^ r->orig) & match))) {
			if (++index >= area_slots)
				index = 0;
			checked++;
			continue;
		}
		if (!straddles(shift, first + index, need, limit) && slots[first + index].list >= need)
			return index;
		index += stride;
		if (index >= area_slots)
			index = 0;
		checked += stride;
	}
	return -1;
}

static int64_t map(const struct request *r)
{
	uint32_t offset = r->orig & r->min_align & (r->alloc_align | 2047);
	uint32_t size = r->bytes + offset, need, number, tried, first, i, count = 0;
	int64_t index = -1;

	if (r->alloc_align)
		size = (size + r->alloc_align) & ~r->alloc_align;
	need = (size + 2047) >> SLOT_SHIFT;
	number = r->cpu & (nareas - 1);
	for (tried = 0; tried < nareas; tried++) {
		index = search(r, number, size);
		if (index >= 0)
			break;
		number = (number + 1) & (nareas - 1);
	}
	if (index < 0)
		return -1;
	first = number * area_slots + (uint32_t)index;
	for (i = first; i < first + need; i++) {
		slots[i].list = 0;
		slots[i].orig = r->orig + ((uint64_t)(i - first) << SLOT_SHIFT);
		slots[i].bytes = size - (offset + ((i - first) << SLOT_SHIFT));
	}
	for (i = first - 1; i % SEGMENT != SEGMENT - 1 && slots[i].list; i--)
		slots[i].list = ++count;
	areas[number].hint = (uint32_t)index + need < area_slots ? (uint32_t)index + need : 0;
	areas[number].used += need;
	total += need;
	if (total > high_water)
		high_water = total;
	slots[first + (offset >> SLOT_SHIFT)].pad = (uint16_t)(offset >> SLOT_SHIFT);
	return first + (offset >> SLOT_SHIFT);
}

static void unmap(uint32_t at)
{
	uint32_t index = at - slots[at].pad;
	uint32_t need = (slots[index].bytes + 2047) >> SLOT_SHIFT;
	uint32_t border = (index / SEGMENT + 1) * SEGMENT;
	uint32_t count = index + need < border && index + need < nslots ? slots[index + need].list : 0;
	uint32_t i;

	for (i = index + need; i-- > index;) {
		slots[i].list = ++count;
		slots[i].orig = ~0ull;
		slots[i].bytes = 0;
		slots[i].pad = 0;
	}
	for (i = index - 1; i % SEGMENT != SEGMENT - 1 && slots[i].list; i--)
		slots[i].list = ++count;
	areas[index / area_slots].used -= need;
	total -= need;
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(void)
{
	uint32_t *words = NULL, count = 0, room = 0, maps = 0, i;
	int64_t *held;
	struct request request = { .boundary = 0xffffffff };
	double best = 0;
	uint32_t sum = 0;
	int first = 1;
	double begin, from, now;

	for (;;) {
		if (count == room)
			words = realloc(words, (room = room ? room * 2 : 65536) * sizeof(*words));
		if (!words)
			return 1;
		if (fread(words + count, sizeof(*words), 1, stdin) != 1)
			break;
		count++;
	}
	if (count < 2)
		return 1;
	nslots = words[0];
	area_slots = nslots / nareas;
	areas = calloc(nareas, sizeof(*areas));
	slots = calloc(nslots, sizeof(*slots));
	held = calloc(count, sizeof(*held));
	if (!slots || !held || !areas)
		return 1;
	for (i = 0; i < nslots; i++)
		slots[i].list = SEGMENT - i % SEGMENT;
	begin = seconds();
	do {
		from = seconds();
		for (i = 1; i < count; i++) {
			if (words[i] & 0x80000000u) {
				int64_t at = held[~words[i]];

				if (at >= 0) {
					unmap((uint32_t)at);
					maps++;
				}
			} else {
				request.orig = 0x100000000ull + (uint64_t)i * 4096;
				request.bytes = words[i + 1];
				held[words[i]] = map(&request);
				if (first)
					sum = sum * 31 + (uint32_t)held[words[i]];
				i++;
			}
		}
		now = seconds();
		if (maps / (now - from) > best)
			best = maps / (now - from);
		first = 0;
		maps = 0;
	} while (now - begin < 1.0);
	printf("%.0f %u %u\n", best, total, sum);
	return 0;
}
