# Caddy with folders that a user without rights can write to. Build from anywhere: nothing is copied in.
ARG CADDY_IMAGE=caddy:2.11.4
FROM ${CADDY_IMAGE}
RUN mkdir -p /var/lib/caddy/data /var/lib/caddy/config && chown -R 1000:1000 /var/lib/caddy
ENV XDG_DATA_HOME=/var/lib/caddy/data XDG_CONFIG_HOME=/var/lib/caddy/config
USER 1000:1000
VOLUME /var/lib/caddy
EXPOSE 8443
CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]
