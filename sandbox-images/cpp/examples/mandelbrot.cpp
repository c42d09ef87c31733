#include <iostream>
#include <algorithm>
#include <complex>
#include <string>

// The Mandelbrot set in 24-bit colour, two rows of points to a line of text: the upper half block shows both.

struct Colour {
	int red, green, blue;

	// The middle of an escape sequence that sets it: "255;128;0".
	std::string parameters() const
	{
		return std::to_string(red) + ';' + std::to_string(green) + ';' + std::to_string(blue);
	}
};

constexpr int limit = 200;

// How many steps the point takes to leave the circle of radius 2; `limit` if it stays.
int escape_time(std::complex<double> c)
{
	std::complex<double> z;
	int steps = 0;
	while (steps < limit && std::norm(z) <= 4.0) {
		z = z * z + c;
		++steps;
	}
	return steps;
}

Colour colour_of(int steps)
{
	if (steps == limit)
		return {0, 0, 0};
	const double t = std::min(1.0, steps / 40.0), rest = 1 - t;
	const auto channel = [](double x) { return static_cast<int>(255 * std::clamp(x, 0.0, 1.0)); };
	return {channel(t + 9 * rest * t * t * t), channel(t * t + 15 * rest * rest * t * t), channel(0.3 + 8.5 * rest * rest * t)};
}

int main()
{
	constexpr int columns = 78, rows = 48;
	const auto colour_at = [](int column, int row) {
		return colour_of(escape_time({-2.2 + 3.2 * column / columns, -1.2 + 2.4 * row / rows}));
	};

	for (int row = 0; row < rows; row += 2) {
		for (int column = 0; column < columns; ++column) {
			std::cout << "\x1b[38;2;" << colour_at(column, row).parameters() << "m"
			          << "\x1b[48;2;" << colour_at(column, row + 1).parameters() << "m▀";
		}
		std::cout << "\x1b[0m\n";
	}
	std::cout << columns << " by " << rows << " points, at most " << limit << " steps each.\n";
}
