# Ends well where filters may be put on TCP sockets: since Linux 6.18 that takes CAP_NET_ADMIN.
use strict;
use warnings;
require(__FILE__ =~ s{[^/]+$}{sockets.pl}r);

drop_all(tcp_socket());
