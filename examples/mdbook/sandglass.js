// mdBook takes scripts as files of the book; this one brings the server's own.
const script = document.createElement("script");
script.src = "https://sandglass.example/embed/v1/embed.js";
document.head.append(script);
