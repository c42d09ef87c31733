/** How every test and measurement starts Debian's Chromium: as root in a container or a small machine, and speaking to nobody by itself. */
export const chromiumLaunch = {
	executablePath: "/usr/bin/chromium",
	args: [
		"--no-sandbox",
		"--disable-gpu",
		"--disable-quic",
		"--no-first-run",
		"--disable-background-networking",
		"--disable-component-update",
		"--disable-sync",
	],
};
