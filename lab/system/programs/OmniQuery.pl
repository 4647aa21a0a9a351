#!/usr/bin/perl
# The read-only queries that are known, as the mysql client prints them; anything else is an error.
use lib '/usr/local/sf/lib';
use strict;
use warnings;
use Appliance;

binmode(STDOUT, ':utf8');
my $query;
while (@ARGV) { my $word = shift; $query = shift if $word eq '-e' }
if ($> != 0 || !defined $query) { print STDERR "Usage: OmniQuery.pl -db <db> -e \"<query>\"\n"; exit 1 }
$query =~ s/\s+/ /g;

sub table {
    my ($columns, @rows) = @_;
    if (!@rows) { print "Empty set (0.001 sec)\n\n"; return }
    my @widths = map { my $i = $_; (sort { $b <=> $a } map { length $_->[$i] } $columns, @rows)[0] } 0 .. $#$columns;
    my $rule = '+' . join('+', map { '-' x ($_ + 2) } @widths) . "+\n";
    my $row = sub { '|' . join('|', map { sprintf ' %-*s ', $widths[$_], $_[0][$_] } 0 .. $#widths) . "|\n" };
    print $rule, $row->($columns), $rule, (map { $row->($_) } @rows), $rule, scalar(@rows), " rows in set (0.001 sec)\n\n";
}
my @tasks = critical_tasks();
my $hex = sub { uc($_[0] =~ s/-//gr) };
if ($query =~ /from notification join notification_status/i) {
    my $seq = 100;
    table([qw(seq hex(uuid) label status body)], map { [ $seq++, $hex->($_->{uuid}), 'Running', '7', $_->{name} ] } @tasks);
} elsif ($query =~ /select (.*?) from notification where status ?= ?7/i) {
    my @columns = split /\s*,\s*/, $1;
    table(\@columns, map { my $t = $_; [ map { { status => '7', category => $t->{name}, 'hex(uuid)' => $hex->($t->{uuid}), body => $t->{name} }->{$_} // 'NULL' } @columns ] } @tasks);
} elsif ($query =~ /select (.*?) from EM_peers/i) {
    my @columns = split /\s*,\s*/, $1;
    table(\@columns, map {
        my $link = $_;
        my %row = (%$link, sw_version => $link->{version}, role => $link->{role} // 1, reg_state => 0, active => is_up($link) ? 1 : 0);
        [ map { $row{$_} // 'NULL' } @columns ]
    } links());
} elsif ($query =~ /from rna_vdb_version/i) {
    table([qw(major minor build)], [ 4, 5, 399 ]);
} else {
    print STDERR "ERROR 1064 (42000): You have an error in your SQL syntax\n";
    exit 1;
}
