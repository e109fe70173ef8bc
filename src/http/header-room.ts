import { HEADER_BYTES_MAX } from './limits.js';

/**
 * uWebSockets.js reads the room for a request's line and headers from the environment when it is loaded, so this is
 * imported before it. Its own default, 4 KiB, is less than the cookies and tokens that a proxy in front may add.
 */
process.env['UWS_HTTP_MAX_HEADERS_SIZE'] ??= String(HEADER_BYTES_MAX);
