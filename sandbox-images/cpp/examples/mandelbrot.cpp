#include <iostream>
#include <algorithm>
#include <complex>
#include <format>
#include <iterator>
#include <ranges>
#include <string>

// The Mandelbrot set in 24-bit colour, two rows of points to a line of text: the upper half block shows both.

struct Colour {
	int red, green, blue;
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
	const double t = std::min(1.0, steps / 40.0);
	const auto channel = [](double x) { return static_cast<int>(255 * std::clamp(x, 0.0, 1.0)); };
	return {channel(9 * (1 - t) * t * t * t + t), channel(15 * (1 - t) * (1 - t) * t * t + t * t),
		channel(0.3 + 8.5 * (1 - t) * (1 - t) * t)};
}

int main()
{
	constexpr int columns = 78, rows = 48;
	const auto point = [](int column, int row) {
		return std::complex{-2.2 + 3.2 * column / columns, -1.2 + 2.4 * row / rows};
	};

	for (int row : std::views::iota(0, rows / 2)) {
		std::string line;
		for (int column : std::views::iota(0, columns)) {
			const auto [r, g, b] = colour_of(escape_time(point(column, 2 * row)));
			const auto [R, G, B] = colour_of(escape_time(point(column, 2 * row + 1)));
			std::format_to(std::back_inserter(line), "\x1b[38;2;{};{};{}m\x1b[48;2;{};{};{}m▀", r, g, b, R, G, B);
		}
		std::cout << line << "\x1b[0m\n";
	}
	std::cout << std::format("{} by {} points, at most {} steps each.\n", columns, rows, limit);
}
