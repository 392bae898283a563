/*
 * The slot allocator of generation F as plain C, to compare the model's speed with: one area, the same lists, the same
 * search. Reads a program of 32-bit words on standard input, runs it for a while and prints map+unmap pairs a second.
 *
 * Program: slots, then operations: bit 31 set: unmap of mapping (word & 0x7fffffff); else a mapping's index and, in the next
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

static struct slot *slots;
static uint32_t nslots, hint, used;
static const uint64_t start = 0x7d100000;

static int64_t map(uint64_t orig, uint32_t bytes)
{
	uint32_t need = (bytes + 2047) >> SLOT_SHIFT;
	uint32_t align = bytes >= PAGE ? PAGE - 1 : 2047;
	uint32_t stride = (align >> SLOT_SHIFT) + 1;
	uint32_t index = hint, checked = 0, i, count = 0;

	if (need > nslots - used)
		return -1;
	while (checked < nslots) {
		if ((start + ((uint64_t)index << SLOT_SHIFT)) & align) {
			if (++index >= nslots)
				index = 0;
			checked++;
			continue;
		}
		if (slots[index].list >= need)
			goto found;
		index += stride;
		if (index >= nslots)
			index = 0;
		checked += stride;
	}
	return -1;
found:
	for (i = index; i < index + need; i++) {
		slots[i].list = 0;
		slots[i].orig = orig + ((uint64_t)(i - index) << SLOT_SHIFT);
		slots[i].bytes = bytes - ((i - index) << SLOT_SHIFT);
	}
	for (i = index - 1; i % SEGMENT != SEGMENT - 1 && slots[i].list; i--)
		slots[i].list = ++count;
	hint = index + need < nslots ? index + need : 0;
	used += need;
	return index;
}

static void unmap(uint32_t index)
{
	uint32_t need = (slots[index].bytes + 2047) >> SLOT_SHIFT;
	uint32_t border = (index / SEGMENT + 1) * SEGMENT;
	uint32_t count = index + need < border && index + need < nslots ? slots[index + need].list : 0;
	uint32_t i;

	for (i = index + need; i-- > index;) {
		slots[i].list = ++count;
		slots[i].orig = ~0ull;
		slots[i].bytes = 0;
	}
	for (i = index - 1; i % SEGMENT != SEGMENT - 1 && slots[i].list; i--)
		slots[i].list = ++count;
	used -= need;
}

int main(void)
{
	uint32_t *words = NULL, count = 0, room = 0, maps = 0, i;
	int64_t *held;
	uint64_t done = 0;
	struct timespec begin, now;
	double seconds;

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
	slots = calloc(nslots, sizeof(*slots));
	held = calloc(count, sizeof(*held));
	if (!slots || !held)
		return 1;
	for (i = 0; i < nslots; i++)
		slots[i].list = SEGMENT - i % SEGMENT;
	clock_gettime(CLOCK_MONOTONIC, &begin);
	do {
		for (i = 1; i < count; i++) {
			if (words[i] & 0x80000000u) {
				int64_t at = held[words[i] & 0x7fffffffu];

				if (at >= 0) {
					unmap((uint32_t)at);
					maps++;
				}
			} else {
				held[words[i]] = map(0x100000000ull + (uint64_t)i * 4096, words[i + 1]);
				i++;
			}
		}
		done += maps;
		maps = 0;
		clock_gettime(CLOCK_MONOTONIC, &now);
		seconds = (double)(now.tv_sec - begin.tv_sec) + (double)(now.tv_nsec - begin.tv_nsec) / 1e9;
	} while (seconds < 1.0);
	printf("%.0f %u\n", (double)done / seconds, used);
	return 0;
}
