#!/usr/bin/perl
use lib '/usr/local/sf/lib';
use strict;
use warnings;
use Appliance;

$| = 1;
binmode(STDOUT, ':utf8');
must_be_root();
my ($peer) = @ARGV;
my $at = (is_fmc() ? '' : '/ngfw') . '/usr/local/sf/bin/sftunnel_status.pl';
print STDERR "Check peer $peer at $at line 39.\n" if defined $peer;
status_text($peer, sub { print @_ }, sub { print STDERR @_ });
