/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/broker/oracle_hostile.h"

#include <string.h>

static uint32_t any_type(struct gen *gen)
{
	switch (gen_random(gen, 8)) {
	case 0:
		return (uint32_t)gen_random(gen, 1ULL << 32);
	case 1:
		return 1U << gen_random(gen, 32);
	default:
		return (uint32_t)gen_random(gen, 30);
	}
}

static uint32_t any_tx(struct gen *gen)
{
	switch (gen_random(gen, 8)) {
	case 0:
		return (uint32_t)gen_random(gen, 1ULL << 32);
	case 1:
	case 2:
		return (uint32_t)gen_random(gen, 20);
	default:
		return 0;
	}
}

static size_t any_size(struct gen *gen)
{
	static const size_t edges[] = { 0, 1, 2, 4095, 4096, 2048, 1024, 3072 };

	switch (gen_random(gen, 4)) {
	case 0:
		return edges[gen_random(gen, sizeof(edges) / sizeof(edges[0]))];
	case 1:
		return gen_random(gen, XENSTORE_PAYLOAD_MAX + 1);
	default:
		return gen_random(gen, 40);
	}
}

/* Nothing means anything. */
static size_t random_body(struct gen *gen, char *body)
{
	size_t len = any_size(gen);

	for (size_t i = 0; i < len; i++)
		body[i] = (char)gen_random(gen, 256);
	return len;
}

/* What a path and its neighbours are made of, in any order, with NULs anywhere. */
static size_t parts_body(struct gen *gen, char *body)
{
	static const struct {
		const char *text;
		size_t len;
	} parts[] = {
		{ "\0", 1 },
		{ "/", 1 },
		{ "//", 2 },
		{ "/local/domain/", 14 },
		{ "7", 1 },
		{ "/secret", 7 },
		{ "data", 4 },
		{ "/data/x0", 8 },
		{ "../", 3 },
		{ "@releaseDomain", 14 },
		{ "n5", 2 },
		{ "b7", 2 },
		{ "-1", 2 },
		{ "4294967296", 10 },
		{ "T", 1 },
		{ "F", 1 },
		{ "/tool/xenstored", 15 },
		{ "\xff", 1 },
		{ "5", 1 },
		{ "token", 5 },
		{ "/oracle/open", 12 },
		{ "0", 1 },
		{ "\0\0", 2 },
	};
	size_t len = 0, count = gen_random(gen, 12);

	for (size_t i = 0; i < count; i++) {
		size_t p = gen_random(gen, sizeof(parts) / sizeof(parts[0]));

		memcpy(body + len, parts[p].text, parts[p].len);
		len += parts[p].len;
	}
	if (gen_random(gen, 2))
		body[len++] = '\0';
	return len;
}

/* A good request with something wrong in it. */
static size_t mutated_body(struct gen *gen, uint32_t *type, char *body)
{
	struct op op;
	size_t len;

	do
		gen_next(gen, &op);
	while (op.dom0);
	*type = op.type;
	memcpy(body, op.body, op.len);
	len = op.len;
	for (uint64_t n = gen_random(gen, 4); n > 0 && len > 0; n--)
		body[gen_random(gen, len)] ^= (char)(1U << gen_random(gen, 8));
	switch (gen_random(gen, 6)) {
	case 0:
		return len ? len - 1 : 0; /* the NUL is missing */
	case 1:
		return gen_random(gen, len + 1);
	case 2:
		if (len < XENSTORE_PAYLOAD_MAX)
			body[len++] = gen_random(gen, 2) ? '\0' : 'x';
		return len;
	case 3:
		*type = any_type(gen);
		return len;
	default:
		return len;
	}
}

size_t hostile_frame(struct gen *gen, uint32_t req_id, char *frame)
{
	struct xsd_sockmsg h = { .req_id = req_id, .tx_id = any_tx(gen) };
	char *body = frame + sizeof(h);
	size_t len;

	h.type = any_type(gen);
	switch (gen_random(gen, 4)) {
	case 0:
		len = random_body(gen, body);
		break;
	case 1:
		len = parts_body(gen, body);
		break;
	default:
		len = mutated_body(gen, &h.type, body);
		break;
	}
	h.len = (uint32_t)len;
	memcpy(frame, &h, sizeof(h));
	return sizeof(h) + len;
}
