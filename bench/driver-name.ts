/** "oci": whatever makes sandboxes that the engine does not list as containers. */
export type DriverName = "docker" | "oci";
