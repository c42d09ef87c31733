#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* How a float is made: sign, exponent and fraction, taken apart and put together again. */

typedef struct {
	unsigned sign;
	int exponent;
	uint32_t fraction;
} parts;

static parts take_apart(float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof bits); /* the one well-defined way to look at an object's bytes as another type */
	return (parts){
		.sign = bits >> 31,
		.exponent = (int)(bits >> 23 & 0xff) - 127,
		.fraction = bits & 0x7fffff,
	};
}

static void print_bits(uint32_t value, int count)
{
	while (count-- > 0)
		putchar('0' + (value >> count & 1));
}

int main(void)
{
	const float samples[] = { 1.0f, -2.0f, 0.1f, 0.15625f, 3.14159265f, 16777217.0f, 6.02214076e23f };

	printf("%14s  sign  exponent  fraction\n", "value");
	for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
		parts p = take_apart(samples[i]);

		printf("%14.9g  %4u  %8d  ", samples[i], p.sign, p.exponent);
		print_bits(p.fraction, 23);
		putchar('\n');
	}

	puts("\n0.1f is not a tenth, and 16777217 has lost its last digit: 24 bits of precision are what there is.");
	float sum = 0;
	for (int i = 0; i < 10; i++)
		sum += 0.1f;
	printf("0.1f added ten times: %.9g\n", sum);
	return 0;
}
